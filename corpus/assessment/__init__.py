"""How strong evidence is, in the centre's words and on a common scale; how studies were made."""
