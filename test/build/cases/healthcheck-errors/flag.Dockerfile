FROM scratch
HEALTHCHECK --bad=1 CMD a
