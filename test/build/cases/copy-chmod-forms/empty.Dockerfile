FROM scratch
COPY --chmod= a /
