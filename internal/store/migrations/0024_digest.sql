-- Marks are made of another digest now: the next full read makes them anew.
DELETE FROM imprints;
DELETE FROM touched;
