FROM scratch
COPY "" /
