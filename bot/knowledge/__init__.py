"""What Baken knows: services, rights and places, each fact with its source and its date."""
