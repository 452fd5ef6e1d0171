FROM scratch
COPY inside /x
