-- Personal data incidents are on record.

INSERT INTO audit.act (type, action, resource, id_key, name_key, result) VALUES
    ('incident', 'UPDATE', 'incident', 'incident', 'act', false);
