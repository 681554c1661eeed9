"""Fleet: many sites on one machine or many. Due sites, jobs, leases, publication, dataset."""
