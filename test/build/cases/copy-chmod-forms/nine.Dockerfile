FROM scratch
COPY --chmod=899 a /
