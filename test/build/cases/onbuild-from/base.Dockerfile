FROM busybox
ONBUILD COPY --from=busybox /etc/passwd /p
ONBUILD COPY --from=src /a /s
