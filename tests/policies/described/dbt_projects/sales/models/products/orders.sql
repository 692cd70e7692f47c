select 1 as id, {{ platform.data_product_header() }}
