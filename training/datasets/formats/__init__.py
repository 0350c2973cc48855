"""Foreign forms of data sets: each is read into foreign pictures, and written from labelled ones."""
