FROM scratch
COPY s* /
