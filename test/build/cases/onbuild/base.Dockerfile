FROM busybox
ONBUILD COPY a /from-context
ONBUILD ENV A=1 B="$HOME"
ONBUILD RUN echo $A > /made
onbuild workdir /w
ONBUILD LABEL x=y
ONBUILD CMD ["later"]
