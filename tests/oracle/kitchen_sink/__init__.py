"""A schema with everything that an executor must handle, and worlds of records with faults. It is no part of the
product."""
