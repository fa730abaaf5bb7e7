"""What has been added: originals kept by content hash, and a catalogue of files and reports."""
