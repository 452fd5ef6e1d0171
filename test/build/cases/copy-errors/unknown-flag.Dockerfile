FROM scratch
COPY --nothing a /
