FROM scratch
COPY [ab] /c
