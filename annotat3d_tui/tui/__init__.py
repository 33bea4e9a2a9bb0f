"""The screen: Textual only here."""
