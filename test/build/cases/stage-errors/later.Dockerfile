FROM scratch
COPY --from=1 / /x
FROM scratch
COPY a /
