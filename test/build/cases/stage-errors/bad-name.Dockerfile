FROM scratch AS 1a
COPY a /
