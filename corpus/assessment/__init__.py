"""How strong evidence is, in words and on a common scale; how studies were made, what they say."""
