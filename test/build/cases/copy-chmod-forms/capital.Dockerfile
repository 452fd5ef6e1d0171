FROM scratch
COPY --chmod=a+X d /d
