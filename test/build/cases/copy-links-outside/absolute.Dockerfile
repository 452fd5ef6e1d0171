FROM scratch
COPY absolute /x
