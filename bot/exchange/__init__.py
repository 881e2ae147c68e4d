"""Services to and from other directories, in the Human Services Data Specification (Open Referral HSDS 3.1)."""
