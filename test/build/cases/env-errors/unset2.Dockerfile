FROM scratch
ENV a=${none?}
