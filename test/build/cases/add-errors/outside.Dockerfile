FROM scratch
ADD ../a /
