"""The only package that imports dagster: the mesh as assets, checks, sensors, schedules and jobs."""
