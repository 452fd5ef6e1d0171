FROM scratch AS a
COPY a /
FROM scratch
ARG S=a
COPY --from=$S / /
