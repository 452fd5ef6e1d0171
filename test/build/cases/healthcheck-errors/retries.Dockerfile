FROM scratch
HEALTHCHECK --retries=x CMD a
