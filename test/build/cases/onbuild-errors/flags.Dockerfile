FROM busybox
ONBUILD COPY --chown=1:1 a /b
