FROM scratch AS a
COPY a /1
FROM scratch AS A
COPY a /2
FROM scratch
COPY --from=a / /
