FROM child
COPY a /grand
