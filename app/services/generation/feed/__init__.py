"""How the readers in one process come by what other processes write."""
