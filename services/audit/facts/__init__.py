"""What one file says, in small records: names, lines and relations, no syntax trees."""
