FROM scratch
COPY loop /x
