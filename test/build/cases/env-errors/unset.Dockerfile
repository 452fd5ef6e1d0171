FROM scratch
ENV a=${none:?is missing}
