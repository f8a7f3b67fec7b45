"""Who may be written to: addresses, consent, and what the carrier does by itself."""
