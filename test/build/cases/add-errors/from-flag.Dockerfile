FROM scratch
ADD --from=busybox /a /
