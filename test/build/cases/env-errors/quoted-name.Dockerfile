FROM scratch
ENV "a=b" c=d
COPY f /
