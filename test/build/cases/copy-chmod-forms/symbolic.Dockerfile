FROM scratch
COPY --chmod=u+x,go-r a /
