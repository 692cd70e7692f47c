select 1 as id, current_timestamp as _mesh_batch, 1 as _mesh_revision
