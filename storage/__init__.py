"""PostgreSQL: schema, migrations, named queries, one module of functions per aggregate, encryption of columns."""
