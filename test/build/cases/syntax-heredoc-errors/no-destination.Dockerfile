FROM scratch
COPY <<A
a
A
