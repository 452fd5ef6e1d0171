FROM scratch
COPY --chmod=go=u d /d
