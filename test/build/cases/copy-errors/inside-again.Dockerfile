FROM scratch
COPY d/../a /
