FROM scratch
ENV a=x
ENV b=${a/x}
