-- Each part has the marks of rows by their numbers now, so that one can be
-- renewed without the others: the next full read makes them anew.
DELETE FROM imprints;
DELETE FROM touched;
