"""The counsellors' desk: who waits, who has whom, signing in, the console."""
