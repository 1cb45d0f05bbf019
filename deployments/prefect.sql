-- The database of the Prefect server, beside that of the store: compose.yaml has PostgreSQL run it once.
CREATE DATABASE prefect;
