FROM scratch
COPY a /
FROM scratch
COPY --from=5 / /x
