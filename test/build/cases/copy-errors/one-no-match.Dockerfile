FROM scratch
COPY a c* /x/
