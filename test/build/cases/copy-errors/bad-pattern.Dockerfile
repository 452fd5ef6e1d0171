FROM scratch
COPY a[ /
