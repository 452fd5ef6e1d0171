FROM scratch
COPY --chown=root a /
