"""How right study designs and quoted figures are."""
