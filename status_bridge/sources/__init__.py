"""Where dossier events come from: each source turns foreign notices into `DossierEvent`s and hands them to intake."""
