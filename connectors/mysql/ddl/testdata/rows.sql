SET STATEMENT max_statement_time=1 FOR WITH a (b) AS (SELECT 1) DELETE QUICK FROM `shop`.t PARTITION (p) AS x WHERE b > 1
